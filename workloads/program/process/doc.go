// Package process runs commands and servers of this machine.
//
//	end, err := process.Command{Args: args, Room: room}.Run(ctx, patience)   // a command that comes to its end by itself
//
//	room, err := process.NewRoom()            // a network and a directory that nobody else sees
//	s, err := room.Serve(args, env, probe)    // a server: it runs until it is stopped
//	err = s.Await(ctx, patience)              // until it is ready
//	err = s.Stop(ctx, stop, patience)         // or s.Kill()
//
// # Rooms
//
// Servers listen on ports and sockets, write process numbers into files, and leave shared memory behind when they are killed.
// Many of them are started at once, on disks that are copies of each other. So each runs in a room: a network in which only
// 127.0.0.1 and ::1 exist, and a Tmp directory for sockets and logs, which is empty whenever a server starts and lies in the
// room's own /dev/shm. The server is the first process of a PID namespace, as in a container, and has IPC objects of its own:
// when it ends, however it ends, nothing of it is left. Its clients are commands in the same room.
//
// As in a container, a shell script that starts a server should end with exec, so that the server gets the signal to stop.
// The directory /proc shows the process numbers of the lab, not those that the server sees.
//
// A room needs Linux and the right to make namespaces, which a stage has.
//
// # Commands
//
// A command has a process group of its own, which is killed when its time is over. What it prints is kept, from the end.
//
// The package knows nothing of disks and verdicts. Caller: package native.
package process
