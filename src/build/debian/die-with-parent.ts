/** Programs that must not go on working when kbuild is killed outright and can end nothing itself. */

/**
 * What to put before an argv, so that the kernel kills the program when this process ends, by whatever signal. It
 * holds for that one process: what the program starts has to end with it by other means.
 */
export const dieWithParent: readonly string[] = ['setpriv', '--pdeathsig', 'KILL'];
