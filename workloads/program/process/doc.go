// Package process runs commands and servers of this machine.
//
//	end, err := process.Command{Args: args, Room: room}.Run(ctx, patience)   // a command that ends by itself
//
//	room, err := process.NewRoom()            // a private network and a private directory
//	s, err := room.Serve(args, env, probe)    // a server, which runs until it is stopped
//	err = s.Await(ctx, patience)              // waits until it is ready
//	err = s.Stop(ctx, stop, patience)         // or s.Kill()
//
// # Rooms
//
// Servers listen on ports and sockets, write PID files, and leave shared memory behind when they are killed; and the lab starts
// many of them at once, on copies of the same disk. Each therefore runs in a room: a network namespace in which only 127.0.0.1
// and ::1 exist, and a directory Tmp for sockets and logs, which is in the room's private /dev/shm and empty whenever a server
// starts. As in a container, the server is the first process of its PID namespace and has its own IPC namespace, so nothing of
// it is left when it ends, however it ends. Its clients are commands in the same room.
//
// As in a container, a shell script that starts a server should do so with exec, so that the server receives the stop signal.
// /proc shows the lab's process IDs, not those that the server sees.
//
// A room needs Linux and the right to create namespaces, which a stage has.
//
// # Commands
//
// Each command has its own process group, which is killed when its time is up. The end of its output is kept.
//
// The package knows nothing of disks and verdicts. Caller: package native.
package process
