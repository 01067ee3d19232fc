// Package bench runs the same work on several engines and reports speed, disk usage and memory. The command in
// workloads/targets/bench passes it every engine that has an adapter.
//
// # Method
//
//   - B1: each measurement runs in a process of its own, with Go's default garbage collection unless GOGC or GOMEMLIMIT
//     say otherwise. Works that read the same store share a process: get, get-missing and scan, and likewise their
//     compacted forms.
//   - B2: every engine does every work in each round. The engines take turns work by work, and each comes first in some
//     rounds. Reported figures are medians over the rounds, and ratios are medians of the rounds' ratios, so that a
//     drift of the machine affects both sides of a ratio.
//   - B3: everything that is read is compared with what was written. A scan checks order and count. After a work, the
//     whole store is read once more, a bank's balances are added up, and an engine that can verify its files does so. A
//     wrong result ends the run with ErrWrong, which names the engine and the work.
//   - B4: before a measurement, other processes get some seconds to leave the CPUs. The share of the CPUs that they
//     used nevertheless is in column others. If it exceeds a few percent, the row says little.
//   - B5: the clock runs from the first operation to the last acknowledgement. Loading, warming up (each key is read
//     once) and waiting for compactions happen before. Latency is sampled for one operation in 8, and for every
//     operation where operations are long: Sync, batches, banks.
//   - B6: a work ends early after 8 s (puts, mixed, overwrite), 2.7 s (gets, scans) or 2 s (Sync, banks, open-close).
//
// # What is stored
//
// Keys have 16 bytes and are in random order; values have 100 bytes, do not compress and name their entry. One put is
// one commit. Memtables have 64 MiB (512 MiB for get-memtable, where Pebble is first made to grow its own), caches 256
// MiB, and bloom filters 10 bits per key. Compression is off, and write-ahead logs are on. Pebble uses its newest
// format and up to 2 concurrent compactions. Badger runs without metrics, and without a block cache because its tables
// are mapped. goleveldb starts no compactions from reads. bbolt keeps no free list on disk, maps 1 GiB, and uses NoSync
// where the work does not ask for Sync. In Badger and bbolt, Sync or NoSync is an option of the whole store.
//
// # How to read the table
//
//	median      operations per second. A batch counts its 100 entries, a scan its entries, a bank its transfers. For
//	            recover it is the time to open, for rss the peak memory; for these, less is better.
//	/pebble     this figure divided by Pebble's. Compare these ratios, not figures of different runs.
//	cpu µs      CPU time per operation of all threads, including flushes and compactions, and that divided by Pebble's.
//	            It depends little on other processes, so it is useful on a busy machine too.
//	written     bytes that the process made the disk write, up to the end of Close, per byte put
//	space       bytes allocated on disk, when the engine is idle but open, per live byte. Preallocated logs count.
//	RSS MB      peak memory of the process, including the checks and this program (some 20 MB)
//
// Lightning's Buffered promises what Pebble's NoSync does: a killed process may lose the last commits. Lightning's
// NoSync survives a killed process, like the commits of Badger, goleveldb and bbolt; recover checks that, and counts
// what Pebble loses. Pebble and goleveldb have no serializable transactions, so their bank transfers run one at a time
// under a mutex; on Pebble, the wait for the disk is outside it.
//
// # JSON
//
// One object of type Result: version, entries, rounds, cpus, system, go, and rows. A row names its work, goroutines and
// engine. It always has ops_per_second, p99_us and ratio_to_pebble, which are 0 where there is no such figure. figure,
// with its unit, is the median of the table. Fields ending in _us are latencies of one operation and those ending in
// _mb sizes; write_amp and space_amp are bytes per byte; others_cpu is a share. What does not apply to a work is
// omitted.
//
// # What is not measured
//
// Small stores: below some 600,000 entries a freshly loaded Pebble keeps everything in many small memtables, and its
// gets visit all of them. Stores larger than memory: all pages are in the page cache, so gets are bound by CPU and
// memory. Long runs: deep levels have no time to fill. Power cuts, which are the lab's business. Other users of the
// same disk, except as noise.
//
// # Rejected
//
//   - testing.B has neither rounds nor processes, and no latencies.
//   - With all engines in one process, the garbage of one is collected during the next, and the peak of memory is that
//     of the greediest.
//   - The best round instead of the median would favour engines that defer work.
//
// The package has one file more than the project's usual 25, because each kind of work is in a file of its own.
//
//structure:limits files=26
package bench
