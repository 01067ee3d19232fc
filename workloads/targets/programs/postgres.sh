#!/bin/sh
# PostgreSQL, run as its own user. A small cluster is created once, before the first power cut. Then each row is a transaction,
# acknowledged once psql has exited successfully; fsync and synchronous_commit are on, as by default.
#
#	postgres.sh setup DIR    postgres.sh serve DIR TMP    postgres.sh ready TMP    postgres.sh work DIR TMP
#	postgres.sh check ACKS TMP
set -e
bin=/usr/lib/postgresql/15/bin
postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
query() { psql -h "$1" -U postgres -d template1 -q -t -A -v ON_ERROR_STOP=1 -c "$2"; }
case $1 in
setup)
	install -d -o postgres -g postgres -m 700 "$2/data"
	postgres $bin/initdb -D "$2/data" -A trust --no-sync --wal-segsize=1 --locale=C >/dev/null
	postgres $bin/postgres --single -D "$2/data" template1 >/dev/null 2>"$2/setup" <<-'SQL'
		update pg_database set datistemplate = false where datname = 'template0'
		drop database template0
		drop database postgres
		create table t (i integer primary key, s text)
		checkpoint
	SQL
	rm "$2/setup"
	;;
serve)
	# A crash while the server starts may leave an empty lock file, which keeps it from starting again. Debian's pg_ctlcluster
	# also removes the lock file of a server that no longer runs.
	[ -s "$2/data/postmaster.pid" ] || rm -f "$2/data/postmaster.pid"
	exec setpriv --reuid=postgres --regid=postgres --clear-groups $bin/postgres -D "$2/data" -k "$3" -c listen_addresses= \
		-c shared_buffers=1MB -c max_connections=5 -c autovacuum=off -c max_wal_senders=0 -c wal_level=minimal -c min_wal_size=2MB
	;;
ready) $bin/pg_isready -q -h "$2" ;;
work)
	for i in 1 2 3 4 5 6 7 8; do
		query "$3" "begin; insert into t values ($i, 'row $i'); update t set s = s || '.'; commit"
		echo "$i" >>"$2/.torture/ack"
		[ "$i" -ne 4 ] || query "$3" checkpoint
	done
	;;
check)
	wanted=$(wc -l <"$2")
	shown=$(query "$3" "select count(*), count(*) filter (where s = 'row ' || i || repeat('.', (select count(*) from t)::integer - i + 1)) from t" 2>&1) ||
		{ echo "the table cannot be read: $shown"; exit 1; }
	[ "${shown%|*}" = "${shown#*|}" ] || { echo "a transaction is only partly there"; exit 1; }
	[ "${shown%|*}" -ge "$wanted" ] || { echo "row $((${shown%|*} + 1)) is lost"; exit 1; }
	;;
esac
