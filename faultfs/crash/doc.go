// Package crash works out what a power cut may leave of a recorded run: it turns a trace into pending ops with their
// order, and decides lazily which of them a crash image has.
//
//	line := crash.NewTimeline(trace, disk.New(), model)  // walks the trace
//	point := line.Advance(tick)                          // power is cut after the operation at tick
//	img := point.Image(crash.ImageOptions{...})          // decided as somebody looks at it
//
// Package faultfs wraps all three: its images are whole filesystems. Use this package directly only to cut the power of
// something that is not a faultfs.FS.
//
// # From a trace to pending ops
//
// A pending op is the smallest thing that a power cut keeps or loses: the directory edits of one call, one step of a
// size, or the bytes of one call in one sector. Each lists the ops that it follows: those that must have reached the
// disk if it has.
//
//	push.go                one filesystem call becomes pending ops
//	names.go, rename.go    the rule for create, link, remove and rename
//	sizes.go, sizewait.go  the rule for sizes, and for which bytes they wait
//	bytes.go, pages.go     the rule for bytes, cut into sectors or pages
//	stale.go, garbage.go   what a new block may show that no call has written
//	sync.go                what a sync makes durable
//	failure.go             what a failed sync or write-back leaves, and an eviction
//	queue.go, pending.go   the list itself, and one op
//	timeline.go            applies the calls in order; what a sync took is part of the disk
//
// # From pending ops to an image
//
//	point.go               a crash point: durable disk, pending ops
//	index.go, edges.go     finds the ops that a look can see, and their neighbours in the order
//	image.go               decides ops, with what must be kept or lost along with them
//	observe.go, leftover.go  the looks: a name, a listing, a size, a range of bytes
//	idle.go                leaves out what changes no byte
//	choose.go, family.go   who answers; what is tried where there are too many questions
//	answers.go             when there are
//	sample.go              what is tried of a crash point that has too many images
//	settle.go              what recovery has seen becomes durable when it is crashed in turn
//	fates.go, losing.go    which ops were lost; an image that loses given ones
//	rot.go, damage.go      damage to a disk at rest
//
// Invariants:
//
//  1. An op is never changed after it is queued. What has to change is replaced by a copy with the same number, so crash
//     points keep what they saw.
//  2. The decided ops of an image are closed: with a kept op everything that it follows is kept, with a lost one
//     everything that follows it is lost. So either answer to the next question is legal.
//  3. An image asks its Chooser only about ops that the look could see, in order of their numbers.
//  4. Equal traces, models, ticks and answers give equal images. No clock, no global randomness, and no ranging over a
//     map where the order matters.
//
// The package has more than 25 files because each rule of the order is one file: that is how a reader finds it.
//
// A Timeline, and a Point with the making of its images, belong to one goroutine at a time; different points, and
// different images once they are made, are independent. An Image is guarded by the lock of whoever looks at it.
//
//structure:limits files=31
package crash
