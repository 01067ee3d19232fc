// Package bench does the same work on several engines and says how fast each was, and what it took of disk and memory.
// The command in workloads/targets/bench hands it all engines that there are adapters for.
//
// # Method
//
//   - B1: a measurement is in a process of its own, with Go's default garbage collection unless GOGC or GOMEMLIMIT say
//     otherwise. Works that read the same store share a process: get, get-missing and scan; the same, compacted.
//   - B2: in each round every engine does every work. The engines take turns work by work, and each is the first one now
//     and then. What is reported is the median over rounds; a ratio is the median of the rounds' ratios, so that a
//     machine that drifts drifts for both.
//   - B3: everything that is read is compared with what was written. A scan checks order and number. After a work the
//     whole store is read once more, a bank is added up, and an engine that can verify its files does. What is wrong ends
//     the run with ErrWrong, which names engine and work.
//   - B4: before a measurement others are given some seconds to leave the CPUs; the share that they had all the same is
//     in the column others. Above some per cent a row says little.
//   - B5: the clock runs from the first operation to the last acknowledgement. Loading, warming up (each key read once)
//     and waiting for compactions come before. Latencies are of one operation in 8, and of each where an operation is
//     long: Sync, batches, banks.
//   - B6: a work ends early after 8 s (puts, mixed, overwrite), 2.7 s (gets, scans) or 2 s (Sync, banks, open-close).
//
// # What is stored
//
// 16-byte keys in random order; 100-byte values that do not compress and name their entry. One put is one commit.
// Memtables have 64 MiB (512 MiB for get-memtable, where Pebble is first made to grow its own), caches 256 MiB, bloom
// filters 10 bits a key; compression is off, write-ahead logs are on. Pebble: newest format, up to 2 compactions at once. Badger: no metrics,
// no block cache, because its tables are mapped. goleveldb: no compaction started by reads. bbolt: no free list on disk,
// 1 GiB mapped, and NoSync where the work does not ask for Sync. Badger and bbolt decide that for a whole store.
//
// # How to read the table
//
//	median      of operations a second; a batch counts its 100 entries, a scan its entries, a bank its transfers. For
//	            recover it is the time of opening, for rss the most memory ever held: there less is better.
//	/pebble     this figure divided by Pebble's. Compare these, not figures of different runs.
//	cpu µs      of all threads, flushes and compactions included, per operation, and that divided by Pebble's. It moves
//	            little with what others do, so that it says something on a busy machine, too.
//	written     bytes that the process made the disk write, up to the end of Close, per byte that was put
//	space       bytes allocated on disk, when the engine rests but is open, per byte that is live. Preallocated logs count.
//	RSS MB      the most that the process ever held, checks and this program (some 20 MB) included
//
// Lightning's Buffered promises what Pebble's NoSync does: a killed process may lose the last commits. Lightning's NoSync
// survives a killed process, as the commits of Badger, goleveldb and bbolt do; recover checks that, and counts what
// Pebble loses. Bank transfers on Pebble and goleveldb, which have no serializable transactions, run one at a time
// under a mutex; the wait for the disk is outside it on Pebble.
//
// # JSON
//
// One object, of type Result: version, entries, rounds, cpus, system, go, and rows. A row names work, goroutines and
// engine, and has ops_per_second, p99_us and ratio_to_pebble always; 0 where there is none. figure with its unit is what
// the table's median shows. Latencies end in _us, of one operation; sizes in _mb; write_amp and space_amp are bytes per
// byte; others_cpu is a share. What does not apply to a work is left out.
//
// # What is not measured
//
// Small stores: below some 600,000 entries Pebble's, as loaded, lies in many small memtables, and its gets visit them
// all. Stores that do not fit into memory: all pages are in the page cache, so gets are bound by CPU and memory. Long runs:
// deep levels have no time to fill. Power cuts, which are the lab's business. The work of other users of the same disk,
// except as noise.
//
// # Rejected
//
//   - testing.B: it has neither rounds nor processes, and no latencies.
//   - All engines in one process: the garbage of one is collected in the time of the next, and the peak of memory is
//     that of the greediest.
//   - The best round instead of the median: it favours engines that put work off.
//
// The package has a file more than the project's usual 25, because each kind of work is a file of its own.
//
//structure:limits files=26
package bench
