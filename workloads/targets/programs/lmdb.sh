#!/bin/sh
# LMDB, through mdb_load and mdb_dump: one transaction per process, durable when the process exits (the default, without MDB_NOSYNC).
#
#	lmdb.sh run DIR     lmdb.sh check DIR ACKS
set -e
case $1 in
run)
	for i in 1 2 3 4 5; do
		printf 'key%s\nvalue%s\n' "$i" "$i" | mdb_load -T "$2"
		echo "key$i" >>"$2/.torture/ack"
	done
	;;
check)
	if ! shown=$(mdb_dump -p "$2" 2>&1); then
		[ ! -s "$3" ] || { echo "the database cannot be read: $shown"; exit 1; }
		exit 0
	fi
	while read -r key; do
		case $shown in *"$key"*) ;; *) echo "$key is lost"; exit 1 ;; esac
	done <"$3"
	;;
esac
