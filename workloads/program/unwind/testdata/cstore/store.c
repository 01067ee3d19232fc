// A store that writes to standard output until nobody reads it.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct record {
	char text[300];
	int len;
};

static inline __attribute__((always_inline)) int write_all(int fd, const char *b, int n) {
	return write(fd, b, n) == n ? 0 : -1; // in write_all
}

__attribute__((noinline)) int append(int fd, const struct record *r) {
	char copy[8192];
	memcpy(copy, r->text, r->len);
	return write_all(fd, copy, r->len); // in append
}

__attribute__((noinline)) int put(int fd, const char *key, int (*how)(int, const struct record *)) {
	struct record r;
	r.len = snprintf(r.text, sizeof r.text, "put %s", key);
	return how(fd, &r) + 1; // in put
}

int main(int argc, char **argv) {
	while (put(1, argv[argc - 1], append) == 1) // in main
		;
	return 1;
}
