// Package native runs unmodified programs of this machine on simulated disks: commands in any language, servers, shell scripts.
// It implements program.Way.
//
//	Record      serves an empty faultfs.FS through FUSE (package mount) and runs the program in it
//	Recoverer   copies images to directories in memory and runs the checker there; or, with Spec.Observe, serves undecided
//	            images, which settle only what the checker looks at
//
// Commands are argument lists. In an argument, {dir} stands for the directory of the store and {acks} for a file with the lines
// acknowledged before the crash; TORTURE_DIR and TORTURE_ACKS in the environment are the same. Commands run in the lab's working
// directory.
//
// # Acknowledgements
//
// A program acknowledges by appending lines to {dir}/.torture/ack, a file that exists only while the program is recorded and is
// hidden from listings. Alternatively it prints them: lines of standard output that match Spec.Stdout count. Standard output is
// then a file of the same kind, so the moment is exact. Buffered output counts when it is written.
//
// The first hundred syncs of a run take some milliseconds, as on a real disk. So if a server answers before its sync
// has returned, its client acknowledges that early too, and the bug shows.
//
// sync(2) and syncfs(2), and therefore sync(1) without arguments, count as a sync of every file and then of every
// directory that was changed: the kernel does not pass them on to the disk, so a seccomp filter tells of them
// (process.Room.WatchSyncs). So they do in recoveries that observe, which may be crashed in turn. They do nothing where
// the kernel forbids the filter.
//
// # Checkers
//
// A checker recovers the store in {dir} and inspects it. It exits with 0 if everything acknowledged is there and with 1 if not;
// its last line then says what is wrong. If it crashes, by a panic of Go or a signal such as SIGSEGV, the engine in it has crashed on
// that store, and the verdict is that the recovery crashes. Any other exit is an error of the lab: a missing checker must not look
// like a bug, and a broken one must not look like a pass. A checker that does not finish in time is killed, and the verdict
// is that the recovery hangs.
//
// With Spec.Serve the checker stays alive. For each image it reads one line (the directory, a tab, and the file with the
// acknowledgements) and answers with one line: ok, fail SENTENCE or skip REASON. If it dies, that image has failed, and the
// checker is started again for the next.
//
// A checker only looks. With Spec.Again, the program then runs a second time on the recovered store, acknowledging as in
// the first run, and the checker is asked once more about the lines of both runs. This finds a recovery that leaves the
// torn end of a log in place: whatever is appended after it is lost at the next start. The program must be able to continue
// on an existing store, which is verified first by an attempt without a crash.
//
// # Stacks
//
// With Spec.Stacks the recording also says where in the program's source each operation comes from (package unwind). The thread that
// asks for an operation waits until it is done, and its stack can be read meanwhile. Findings and audits then name lines.
// Operations take place one at a time. This works on Linux on amd64 only. A recording takes 1.5 to 1.9 times the CPU, which
// is 27 to about 100 µs for each operation (measured with 5,000 times write and fdatasync in C and in Go, and with 1,500
// transactions of SQLite).
//
// # Servers
//
// A program with Spec.Server runs until it is stopped. While it is recorded, Server.Ready says when it is up, Server.Work
// drives it and acknowledges, and Server.Stop shuts it down, which is recorded too. A recovery starts the server on the
// store, waits until it is ready, runs the checker as a client, and kills the server. A server that exits by itself
// meanwhile has failed, and one that is not ready in time hangs, because a server must start unaided on whatever a crash
// leaves. Spec.Setup makes what the server needs beforehand, such as an initialised database cluster; this is durable
// before the first power cut.
//
// Each server has its own room (package process): 127.0.0.1 with all ports free, and {tmp}, or TORTURE_TMP, an empty directory
// for sockets. Clients and checkers run in the same room.
//
// # Without a checker
//
// Spec.Dump is a command that prints what is in a store. It is run on the store as it was when only the program was killed, at
// every moment of the run. After a power cut between two acknowledgements the store must show one of the states of that
// interval. This suits programs that perform one step after another; see package golden.
//
// # Safety
//
// All of this runs on a stage (package stage): whichever process dies, nothing stays mounted and no process is left behind.
// Explore is the entry point: it starts a stage, records and searches there, and returns what was found. The process that serves
// the disks starts programs but never touches a path below the mount.
//
// Package kernel runs the same programs and checkers on filesystems of the kernel, through Run and Judge, and works on a stage in the
// same way, through OnStage.
//
// Recording, and recoveries with servers, need Linux, FUSE, and either root or user namespaces. Without a server, a recording
// can be searched on copies, which needs none of these.
package native
