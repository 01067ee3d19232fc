/* A small store in C with a deliberately missing sync, to show that exec finds it. Each value is a file that is written under
 * another name and renamed.
 *
 *	store run all|nofile|nodir|mmap DIR    store check DIR ACKS
 *
 * all omits nothing; nofile and nodir omit the sync of the file or of the directory; mmap writes through a shared map and uses
 * msync. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(int ok, const char *what) {
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static void sync_path(const char *path, int flags) {
	int fd = open(path, flags);
	must(fd >= 0 && fsync(fd) == 0 && close(fd) == 0, path);
}

static void run(const char *how, const char *dir) {
	char tmp[4096], name[4096], acks[4096], text[64];
	snprintf(tmp, sizeof tmp, "%s/tmp", dir);
	snprintf(acks, sizeof acks, "%s/.torture/ack", dir);
	int ack = open(acks, O_WRONLY | O_APPEND);
	must(ack >= 0, acks);
	for (int i = 1; i <= 5; i++) {
		int n = snprintf(text, sizeof text, "value %d\n", i);
		snprintf(name, sizeof name, "%s/%d", dir, i);
		int fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC, 0644);
		must(fd >= 0, tmp);
		if (strcmp(how, "mmap") == 0) {
			must(ftruncate(fd, n) == 0, "ftruncate");
			char *m = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
			must(m != MAP_FAILED, "mmap");
			memcpy(m, text, n);
			must(msync(m, n, MS_SYNC) == 0 && munmap(m, n) == 0, "msync");
		} else {
			must(write(fd, text, n) == n, "write");
		}
		must(strcmp(how, "nofile") == 0 || fdatasync(fd) == 0, "fdatasync");
		must(close(fd) == 0 && rename(tmp, name) == 0, "rename");
		if (strcmp(how, "nodir") != 0)
			sync_path(dir, O_RDONLY | O_DIRECTORY);
		n = snprintf(text, sizeof text, "%d\n", i);
		must(write(ack, text, n) == n, acks);
	}
}

static int check(const char *dir, const char *acks) {
	char name[4096], want[64], got[64];
	int i;
	FILE *lines = fopen(acks, "r");
	must(lines != NULL, acks);
	while (fscanf(lines, "%d", &i) == 1) {
		snprintf(name, sizeof name, "%s/%d", dir, i);
		int n = snprintf(want, sizeof want, "value %d\n", i), fd = open(name, O_RDONLY);
		if (fd < 0 || read(fd, got, sizeof got) != n || memcmp(want, got, n) != 0) {
			printf("value %d is lost\n", i);
			return 1;
		}
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv) {
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check(argv[2], argv[3]);
	must(argc == 4, "usage");
	run(argv[2], argv[3]);
	return 0;
}
