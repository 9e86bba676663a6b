/*
 * The tree's own conf, many runs for one start.
 *
 * Linked with the objects of which the tree's Makefile made scripts/kconfig/conf, with
 *
 *     -Wl,--wrap=main,--wrap=conf_parse,--wrap=popen,--wrap=pclose
 *
 * so that no line of the tool is changed. Two things are saved: the tool is forked after conf_parse(), so that the
 * Kconfig files are read once for many runs of main(), each in a process of its own; and the outputs of $(shell)
 * commands are recorded in a file the first time and replayed from then on.
 *
 * Frames on standard input: a type, the length (32 bits, little endian), and so many bytes of NUL-terminated fields.
 *
 *     T  working directory, Kconfig file, file for stdout, file for stderr    parse a tree
 *     R  working directory, file for stdin, for stdout, for stderr,           run main() on it
 *        number of arguments, arguments, environment entries
 *     E                                                                       done with this tree
 *
 * Replies on standard output: five bytes, a type and a wait status (32 bits): P parsed, X the parse ended the process
 * (the T frame's R frames are passed over), R a run has ended.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_fields = 4096 };

int __real_main(int argc, char **argv);
void __real_conf_parse(const char *name);
FILE *__real_popen(const char *command, const char *mode);
int __real_pclose(FILE *stream);

static int requests, replies;
static unsigned int seconds_a_run;
static rlim_t most_output;
static const char *answers_file;
static char *answers;
static size_t answers_size;
/* Shared with the process that parses: whether it has come to its end. */
static volatile int *parsed;
static int in_run;

static void fail(const char *what)
{
	perror(what);
	_exit(99);
}

/* 0 at the end of the input. */
static int read_whole(void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(requests, (char *)buffer + done, size - done);

		if (got <= 0)
			return 0;
		done += got;
	}
	return 1;
}

static void reply(char type, int32_t status)
{
	char bytes[5] = {type};

	memcpy(bytes + 1, &status, 4);
	if (write(replies, bytes, 5) != 5)
		_exit(99);
}

struct frame {
	char type;
	int count;
	char *fields[most_fields + 1];
	char *bytes;
};

/* 0 at the end of the input. */
static int read_frame(struct frame *frame)
{
	uint32_t size;

	free(frame->bytes);
	frame->bytes = NULL;
	frame->count = 0;
	if (!read_whole(&frame->type, 1) || !read_whole(&size, 4))
		return 0;
	frame->bytes = malloc(size + 1);
	if (!frame->bytes || !read_whole(frame->bytes, size))
		return 0;
	for (uint32_t at = 0; at < size && frame->count < most_fields; at += strlen(frame->bytes + at) + 1)
		frame->fields[frame->count++] = frame->bytes + at;
	frame->fields[frame->count] = NULL;
	return 1;
}

static void redirect(int fd, const char *file, int flags)
{
	int opened = open(file, flags | O_CLOEXEC, 0666);

	if (opened < 0)
		fail(file);
	dup2(opened, fd);
	close(opened);
}

static void redirect_all(const char *in, const char *out, const char *err)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;

	redirect(0, in, O_RDONLY);
	redirect(1, out, flags);
	redirect(2, err, flags);
}

/* Records follow one another: length of the command, length of the output, and both. */
static void load_answers(void)
{
	FILE *file = fopen(answers_file, "r");

	if (!file)
		return;
	fseek(file, 0, SEEK_END);
	answers_size = ftell(file);
	rewind(file);
	answers = malloc(answers_size + 1);
	if (!answers || fread(answers, 1, answers_size, file) != answers_size)
		fail(answers_file);
	fclose(file);
}

static const char *find_answer(const char *command, uint32_t *size)
{
	size_t wanted = strlen(command);

	for (size_t at = 0; at + 8 <= answers_size;) {
		uint32_t head[2];

		memcpy(head, answers + at, 8);
		at += 8;
		if (head[0] == wanted && !memcmp(answers + at, command, wanted)) {
			*size = head[1];
			return answers + at + head[0];
		}
		at += (size_t)head[0] + head[1];
	}
	return NULL;
}

/* What a command says on its stderr is no word of the tool's, and would be said the first time only. */
static FILE *start_quietly(const char *command)
{
	int told = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);

	if (told < 0 || nowhere < 0)
		fail("/dev/null");
	dup2(nowhere, STDERR_FILENO);
	FILE *probe = __real_popen(command, "r");
	dup2(told, STDERR_FILENO);
	close(nowhere);
	close(told);
	return probe;
}

static void record_answer(const char *command)
{
	FILE *probe = start_quietly(command);
	size_t room = 1 << 16, wanted = strlen(command);
	char *record = malloc(8 + wanted + room);
	uint32_t head[2] = {wanted, 0};

	if (!probe || !record)
		fail(command);
	memcpy(record + 8, command, wanted);
	head[1] = fread(record + 8 + wanted, 1, room, probe);
	__real_pclose(probe);
	memcpy(record, head, 8);
	int file = open(answers_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	size_t size = 8 + wanted + head[1];
	if (file < 0 || write(file, record, size) != (ssize_t)size)
		fail(answers_file);
	close(file);
	answers = realloc(answers, answers_size + size);
	if (!answers)
		fail(command);
	memcpy(answers + answers_size, record, size);
	answers_size += size;
	free(record);
}

FILE *__wrap_popen(const char *command, const char *mode)
{
	uint32_t size;
	const char *answer = find_answer(command, &size);

	(void)mode;
	if (!answer) {
		record_answer(command);
		answer = find_answer(command, &size);
	}
	return size == 0 ? fopen("/dev/null", "r") : fmemopen((void *)answer, size, "r");
}

int __wrap_pclose(FILE *stream)
{
	fclose(stream);
	return 0;
}

static void run(struct frame *frame)
{
	char **fields = frame->fields;
	int argc = atoi(fields[4]);
	static char *argv[most_fields];
	pid_t child = fork();
	int status;

	if (child < 0)
		fail("fork");
	if (child > 0) {
		waitpid(child, &status, 0);
		reply('R', status);
		return;
	}
	alarm(seconds_a_run);
	redirect_all(fields[1], fields[2], fields[3]);
	if (chdir(fields[0]))
		fail(fields[0]);
	argv[0] = "conf";
	for (int i = 0; i < argc; i++)
		argv[i + 1] = fields[5 + i];
	for (int i = 5 + argc; i < frame->count; i++)
		putenv(fields[i]);
	in_run = 1;
	optind = 0;
	exit(__real_main(argc + 1, argv));
}

/* The first time in a process it parses, and stays; a run finds the tree parsed. */
void __wrap_conf_parse(const char *name)
{
	struct frame frame = {0};

	if (in_run)
		return;
	__real_conf_parse(name);
	fflush(NULL);
	alarm(0);
	*parsed = 1;
	reply('P', 0);
	while (read_frame(&frame) && frame.type == 'R')
		run(&frame);
	_exit(0);
}

static void parse(struct frame *frame)
{
	char *argv[] = {"conf", frame->fields[1], NULL};
	int status;

	*parsed = 0;
	pid_t child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0) {
		/*
		 * What is said for ever fills no disk: a warning of a file that includes itself, a question after the
		 * input has ended. The runs have the same limit.
		 */
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){most_output, most_output});
		alarm(seconds_a_run);
		redirect_all("/dev/null", frame->fields[2], frame->fields[3]);
		if (chdir(frame->fields[0]))
			fail(frame->fields[0]);
		load_answers();
		exit(__real_main(2, argv));
	}
	waitpid(child, &status, 0);
	if (*parsed)
		return;
	reply('X', status);
	while (read_frame(frame) && frame->type == 'R')
		;
}

int __wrap_main(int argc, char **argv)
{
	struct frame frame = {0};

	if (argc != 4) {
		fprintf(stderr, "usage: %s ANSWERS SECONDS MEGABYTES\n", argv[0]);
		return 2;
	}
	answers_file = argv[1];
	seconds_a_run = atoi(argv[2]);
	most_output = (rlim_t)atoi(argv[3]) << 20;
	requests = fcntl(0, F_DUPFD_CLOEXEC, 100);
	replies = fcntl(1, F_DUPFD_CLOEXEC, 100);
	parsed = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (requests < 0 || replies < 0 || parsed == MAP_FAILED)
		fail("start");
	while (read_frame(&frame))
		if (frame.type == 'T')
			parse(&frame);
	return 0;
}
