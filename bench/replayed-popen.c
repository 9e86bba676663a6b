/*
 * LD_PRELOAD for the C conf: popen() gives back what a command answered before, without running it.
 * $KBUILD_REPLAY is a folder of answers, each in a file named after the FNV-1a hash of its command; a command that
 * has none there is run, and its answer is kept.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

FILE *popen(const char *command, const char *mode)
{
	uint64_t hash = 14695981039346656037ULL;
	char path[4096], part[4200], *whole = NULL;
	size_t length = 0, taken;
	FILE *answer, *shell, *out;
	int ends[2];

	(void)mode;
	for (const char *c = command; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
	snprintf(path, sizeof(path), "%s/%016llx", getenv("KBUILD_REPLAY"), (unsigned long long)hash);
	answer = fopen(path, "r");
	if (answer)
		return answer;
	snprintf(part, sizeof(part), "%s.out", path);
	if (pipe(ends))
		return NULL;
	if (vfork() == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	shell = fdopen(ends[0], "r");
	whole = malloc(65536);
	while ((taken = fread(whole + length, 1, 65536 - length, shell)) > 0)
		length += taken;
	fclose(shell);
	out = fopen(part, "w");
	fwrite(whole, 1, length, out);
	fclose(out);
	free(whole);
	rename(part, path);
	return fopen(path, "r");
}

int pclose(FILE *stream)
{
	return fclose(stream);
}
