#!/bin/sh
# SQLite, through its command line: one transaction per process, acknowledged once the process has exited successfully.
#
#	sqlite.sh run JOURNAL SYNCHRONOUS DIR [ROWS]     sqlite.sh check DIR ACKS
set -e
case $1 in
run)
	db=$4/db acks=$4/.torture/ack
	sqlite3 "$db" "pragma journal_mode=$2; create table t(i integer primary key, s text)" >/dev/null
	for i in $(seq "${5:-5}"); do
		sqlite3 "$db" "pragma synchronous=$3; begin; insert into t values($i, 'row $i'); update t set s = s || '.'; commit"
		echo "$i" >>"$acks"
	done
	;;
check)
	wanted=$(wc -l <"$3")
	if ! shown=$(sqlite3 "$2/db" "pragma integrity_check; select count(*) from t where s like '%.'; select count(*) from t" 2>&1); then
		[ "$wanted" -eq 0 ] || { echo "the database cannot be read: $shown"; exit 1; }
		exit 0
	fi
	set -- $shown
	[ "$1" = ok ] || { echo "integrity check: $shown"; exit 1; }
	[ "$2" -eq "$3" ] || { echo "a transaction is only partly there"; exit 1; }
	[ "$3" -ge "$wanted" ] || { echo "row $(($3 + 1)) is lost"; exit 1; }
	;;
esac
