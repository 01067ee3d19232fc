// Package native runs programs of this machine on disks of the lab, unchanged: commands in any language, servers, shell
// scripts. It is a program.Way.
//
//	Record      serves an empty faultfs.FS through FUSE (package mount) and runs the program in it
//	Recoverer   copies images into directories in memory, and runs the checker there; or, if asked to observe, serves the
//	            undecided images, so that they decide when the checker looks
//
// Commands are argument lists. {dir} in an argument stands for the directory of the store, {acks} for a file with the lines
// that the program had acknowledged before the crash; TORTURE_DIR and TORTURE_ACKS in the environment are the same. The
// working directory is that of the lab.
//
// # Acknowledgements
//
// A program acknowledges by appending lines to {dir}/.torture/ack, which exists only while it is recorded and which no listing
// shows. Or it prints lines, of which those that match Spec.Stdout count; then its standard output is a file of the same
// kind, so that the moment is exact. What a program buffers counts when it is written.
//
// sync(2) and syncfs(2) do not reach the disk, so neither does sync(1) without a file: a program must sync its files and
// directories, or it looks as if it had never synced.
//
// # Checkers
//
// A checker recovers the store in {dir} and looks at it. It exits with 0 if everything that was acknowledged is there, and with
// 1 if not; its last line is the sentence that says what is wrong. Any other end is an error of the lab, because a checker that
// cannot be found must not look like a bug, nor one that is broken like a pass. A checker that does not end in time is killed,
// and the store hangs.
//
// With Spec.Serve the checker stays alive. It reads a line for each image, the directory, a tab, and the file of the
// acknowledgements, and answers with a line: ok, fail SENTENCE or skip REASON. One that dies is started again, and has
// failed.
//
// # Servers
//
// A program with Spec.Server runs until it is stopped. It is recorded like this: the server starts, Server.Ready says when it is
// up, Server.Work drives it and acknowledges, and Server.Stop ends it, which is recorded too. A recovery starts the server on the
// store, waits until it is ready, and asks the checker, which is a client; then the server is killed. A server that ends by
// itself meanwhile is wrong, and one that is not ready in time hangs: a server must start on whatever a crash leaves, without
// anybody's help. What must be there beforehand, such as a database cluster, is made by Spec.Setup: all of that is durable when
// power is cut for the first time.
//
// Each server has a room of its own (package process): 127.0.0.1 with all ports free, and {tmp}, or TORTURE_TMP, an empty
// directory for sockets. Clients and checkers run in the same room.
//
// # Without a checker
//
// Spec.Dump is a command that prints what is in a store. Then what the store shows after the program alone was killed, at each
// moment of the run, is what it may show after a power cut: behind an acknowledgement, that of a moment from there to the next
// acknowledgement. It suits programs that do one thing after the other. Package golden says more.
//
// # Safety
//
// All of this runs on a stage (package stage): whatever ends, nothing stays mounted and no process stays behind. Explore is
// the front: it starts a stage, records there and searches there, and returns what was found. The process that serves the
// disks starts programs, but touches no path below the mount itself.
//
// Recording needs Linux, FUSE, and root or user namespaces, and so do recoveries by servers. Other recordings are searched by
// copies without any of them.
package native
