#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * The subcommands of odograph, one file each. Each gets argv from its own name on, and answers the
 * exit status of the program: 0 or one of these. Only serve ends with 3 as well.
 */
enum { CLI_FAILED = 1, CLI_USAGE = 2, CLI_DAMAGED = 4 };

/* The rows of main.c; each prints its own help for "--help". */
int serve_command(int argc, char **argv);
int decode_command(int argc, char **argv);
int simulate_command(int argc, char **argv);
int check_command(int argc, char **argv);
int backup_command(int argc, char **argv);
int export_command(int argc, char **argv);
int import_command(int argc, char **argv);
int passwd_command(int argc, char **argv);
int where_command(int argc, char **argv);
int profiles_command(int argc, char **argv);

#endif
