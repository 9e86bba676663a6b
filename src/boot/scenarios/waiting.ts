/** Waiting for what comes about by itself. */

/** A command that tries another one until it succeeds, at most so long; by the clock, since a try may itself take long. */
export function untilTrue(command: string, seconds = 90): string {
  return `(end=$(($(date +%s) + ${seconds})); until ${command}; do [ $(date +%s) -lt $end ] || exit 1; sleep 2; done)`;
}
