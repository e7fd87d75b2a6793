/* Starts a program. Swift's Glibc module lacks the GNU calls that this needs to leak no descriptor: `pipe2` and "close
 * from". */
#ifndef SEALEDMATCH_CSPAWN_H
#define SEALEDMATCH_CSPAWN_H

#include <sys/types.h>

/* A pipe that a child started meanwhile by another thread does not inherit. The reading end, ends[0], does not block.
   Returns 0 or an error number; then there are no descriptors. */
int cspawn_pipe(int ends[2]);

/* The same for a program's input: the writing end, ends[1], does not block. */
int cspawn_input_pipe(int ends[2]);

/* Runs the program arguments[0] in a process group of its own. Its descriptors are `input`, `output` and `errors` as 0,
   1 and 2, and no others; no signal is ignored or blocked. Both lists end with a null pointer; a null pointer in place
   of `environment` is this process's own. Returns 0 or an error number; then there is no process. */
int cspawn_start(char *const arguments[], char *const environment[], int input, int output, int errors, pid_t *process);

/* The same under a keeper, a process whose number is given back: it ends as the program does, and by the same signal.
   Before that it kills all that the program has started and left, in whatever session or group. SIGTERM to the keeper
   kills the program, too. Where the kernel does not tell a process its children (CONFIG_PROC_CHILDREN), only the
   program's group is killed. */
int cspawn_start_kept(char *const arguments[], char *const environment[], int input, int output, int errors,
                      pid_t *keeper);

#endif
