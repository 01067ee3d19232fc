/* RocksDB, through its C interface: each put, with or without sync, is acknowledged once it has returned. The buffers are so
 * small that a run starts new logs, tables and manifests.
 *
 *	rocksdb run sync|nosync DIR    rocksdb serve    (a checker that stays alive: exec --serve) */
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 40, BYTES = 2500 };

static rocksdb_t *open_store(const char *dir, char **err) {
	rocksdb_options_t *o = rocksdb_options_create();
	rocksdb_options_set_create_if_missing(o, 1);
	rocksdb_options_set_write_buffer_size(o, 64 << 10);
	rocksdb_options_set_compression(o, rocksdb_no_compression);
	rocksdb_options_set_paranoid_checks(o, 1);
	rocksdb_options_set_info_log_level(o, 4); /* a log that no one reads need not be on the disk */
	rocksdb_t *db = rocksdb_open(o, dir, err);
	rocksdb_options_destroy(o);
	return db;
}

static void record(int i, char *key, char *value) {
	sprintf(key, "record%03d", i);
	memset(value, 'a' + i % 26, BYTES);
}

static void must(const char *err) {
	if (err != NULL) {
		fprintf(stderr, "%s\n", err);
		exit(2);
	}
}

static void run(int sync, const char *dir) {
	char name[4096], key[32], value[BYTES], *err = NULL;
	snprintf(name, sizeof name, "%s/.torture/ack", dir);
	FILE *acks = fopen(name, "a");
	must(acks == NULL ? name : NULL);
	rocksdb_t *db = open_store(dir, &err);
	must(err);
	rocksdb_writeoptions_t *w = rocksdb_writeoptions_create();
	rocksdb_writeoptions_set_sync(w, sync);
	for (int i = 1; i <= RECORDS; i++) {
		record(i, key, value);
		rocksdb_put(db, w, key, strlen(key), value, BYTES, &err);
		must(err);
		must(fprintf(acks, "%d\n", i) < 0 || fflush(acks) != 0 ? name : NULL);
	}
	rocksdb_close(db);
}

/* check prints its answer. */
static void check(const char *dir, const char *acks) {
	char line[64], key[32], want[BYTES], *err = NULL;
	int acked = 0;
	FILE *f = fopen(acks, "r");
	must(f == NULL ? acks : NULL);
	while (fgets(line, sizeof line, f) != NULL)
		acked++;
	fclose(f);
	rocksdb_t *db = open_store(dir, &err);
	if (err != NULL) {
		for (char *c = err; *c != 0; c++)
			*c = *c == '\n' ? ' ' : *c;
		acked == 0 ? puts("ok") : printf("fail the store cannot be opened: %s\n", err);
		free(err);
		return;
	}
	rocksdb_readoptions_t *r = rocksdb_readoptions_create();
	const char *wrong = NULL;
	for (int i = 1; i <= RECORDS && wrong == NULL; i++) {
		size_t n = 0;
		record(i, key, want);
		char *got = rocksdb_get(db, r, key, strlen(key), &n, &err);
		if (err != NULL)
			wrong = err;
		else if (got == NULL && i <= acked)
			wrong = "is lost";
		else if (got != NULL && (n != BYTES || memcmp(got, want, BYTES) != 0))
			wrong = "is damaged";
		free(got);
	}
	wrong == NULL ? puts("ok") : printf("fail %s: %s\n", key, wrong);
	rocksdb_readoptions_destroy(r);
	rocksdb_close(db);
}

int main(int argc, char **argv) {
	if (argc == 4 && strcmp(argv[1], "run") == 0) {
		run(strcmp(argv[2], "sync") == 0, argv[3]);
		return 0;
	}
	must(argc == 2 && strcmp(argv[1], "serve") == 0 ? NULL : "usage: rocksdb run sync|nosync DIR, or rocksdb serve");
	static char line[8192];
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *acks = strchr(line, '\t');
		must(acks == NULL ? "a line without a tab" : NULL);
		*acks++ = 0;
		acks[strcspn(acks, "\n")] = 0;
		check(line, acks);
		fflush(stdout);
	}
	return 0;
}
