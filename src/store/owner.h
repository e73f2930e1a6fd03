#ifndef STORE_OWNER_H
#define STORE_OWNER_H

/* Who owns the files of a data directory that root makes. See owner.c. */

/*
 * open(2) of a file of the data directory, made with mode 600 where it is missing; what root makes
 * belongs to whoever owns the store. `flags` are without O_CREAT. -1: errno tells.
 */
int owner_open(const char *directory, const char *path, int flags);
/* Gives a folder that this process has just made to whoever owns the store. A system error, or 0.
 */
int owner_give_folder(const char *directory, const char *path);
/* The same of a file that this process has just made; EPERM for what is no file of one name. */
int owner_give_file(const char *directory, const char *path);

#endif
