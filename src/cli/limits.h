#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

/* Raises the soft limit of open files to the hard one; a connection is a file. */
void limits_raise_open_files(void);

#endif
