// Package crash computes what a power cut may leave of a recorded run. It turns a trace into pending ops with an order
// between them, and decides lazily which of them a crash image has.
//
//	line := crash.NewTimeline(trace, disk.New(), model)  // walks the trace
//	point := line.Advance(tick)                          // power is cut after the operation at tick
//	img := point.Image(crash.ImageOptions{...})          // decided as somebody looks at it
//
// Package faultfs wraps all three; its images are whole filesystems. Use this package directly only to cut the power of
// something that is not a faultfs.FS.
//
// # The crash model
//
// Writes, sizes and directory changes reach the disk at times that no one promises, in an order that is mostly not
// promised either. At the moment of a power cut, the disk therefore has everything that a sync has made durable, plus
// some subset of the changes since. Not every subset is possible. Some changes cannot be on the disk unless another one
// is: a write to a sector after an earlier write to the same sector, an entry in a directory after the directory. The
// model is exactly this: a list of pending ops, and for each the ops that it follows. A disk that a power cut may leave
// is the durable state plus a subset that is closed under "follows", applied in the order of the calls.
//
// These edges can be wrong in two ways. With one edge too many, some images that a real disk can leave are never tried,
// and a bug that shows only in them is missed. With one too few, programs are blamed for disks that no filesystem
// leaves. So an edge exists only where POSIX or every filesystem of a profile guarantees it, and GUARANTEES.md lists
// each with its source.
//
// # From a trace to pending ops
//
// A pending op is the smallest unit that a power cut keeps or loses: the directory changes of one call, one step of a
// file's size, or the bytes of one call within one sector. Each op lists the ops that it follows: if it has reached the
// disk, so have they.
//
//	push.go                turns one filesystem call into pending ops
//	names.go               rules for create, link and remove
//	attrs.go               rules for extended attributes
//	rename.go, exchange.go rules for rename and for the exchange of two names
//	sizes.go, sizewait.go  rules for sizes, and for the bytes that they wait for
//	bytes.go, pages.go     rules for bytes, cut into sectors or pages
//	stale.go, garbage.go   what a new block may show that no call has written
//	sync.go                what a sync makes durable
//	failure.go             the effects of a failed sync or write-back, and of an eviction
//	queue.go, pending.go   the list of pending ops, and a single op
//	timeline.go            applies the calls in order; what a sync makes durable becomes part of the disk
//
// # From pending ops to an image
//
// An image starts undecided. When recovery looks at something, a Chooser decides the ops that could change what it
// sees, one at a time. Everything else stays open. Keeping an op also keeps what it follows, and losing it also loses
// what follows it, so the decided part is always closed and either answer to the next question is legal. A search that
// tries all answers therefore reaches every image that recovery can tell apart, and spends nothing on differences that
// it never looks at.
//
//	point.go                 a crash point: the durable disk and the pending ops
//	index.go, edges.go       find the ops that an observation can see, and their neighbours in the order
//	image.go                 decides ops, together with what must be kept or lost along with them
//	observe.go, leftover.go  the observations: a name, a listing, a size, a range of bytes
//	idle.go                  leaves out ops that change no byte
//	choose.go, family.go     who answers, and what is tried when there are too many questions
//	answers.go               decides when there are too many
//	sample.go                what is tried of a crash point that has too many images
//	settle.go                what recovery has seen becomes durable when it is crashed in turn
//	fates.go, losing.go      which ops were lost, and an image that loses given ones
//	rot.go, damage.go        damage to a disk at rest
//
// Invariants:
//
//  1. An op is never changed after it is queued. If it has to change, it is replaced by a copy with the same number,
//     so that crash points keep what they saw.
//  2. The decided ops of an image are closed: with a kept op everything that it follows is kept, with a lost one
//     everything that follows it is lost. So either answer to the next question is legal.
//  3. An image asks its Chooser only about ops that the observation could see, in the order of their numbers.
//  4. Equal traces, models, ticks and answers give equal images. There is no clock, no global randomness, and no
//     ranging over a map where the order matters.
//
// The package has more than 25 files because each rule of the order has a file of its own, where a reader can find it.
//
// A Timeline may be used by one goroutine at a time, and so may a Point while its images are made. Different points,
// and images once they are made, are independent. An Image is guarded by the lock of whoever looks at it.
//
//structure:limits files=33
package crash
