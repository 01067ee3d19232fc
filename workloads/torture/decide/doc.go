// Package decide enumerates the crash images of a crash point: for each image in turn it decides which of the pending
// operations the disk has kept.
//
// n pending operations leave up to 2^n images, far too many to recover. Most of them look the same to recovery, which reads
// a few files and stops where a checksum does not match. So an image starts out undecided, and a pending operation is
// decided only when recovery makes a call whose result depends on it. Such a call is a look; each decision that it forces
// is a question, and the alternative taken is its answer. The list of answers in the order of the questions is a path.
// Recovery is a function of what it reads, so two runs that receive the same answers ask the same next question, and the
// paths form a tree. A depth-first search visits every leaf of that tree. A leaf stands for all images that agree on what
// recovery looked at, and therefore for a whole class of the 2^n images.
//
// All of this depends on recovery repeating itself. A recovery whose goroutines read the disk in a different order each
// time asks different questions, and the tree falls apart. Its images are decided beforehand instead: before recovery
// starts, the lab itself looks at everything on the disk, in a fixed order. There are more such images, because this
// also decides what recovery would never have looked at.
//
//	way.go    the two ways of deciding, and which of them suits a target
//	path.go   the answers that lead to an image, and the depth-first search
//	subset.go looks that would need too many answers
//	wide.go   the subsets that answer such looks, and the subsets that are left out
//	list.go   the images of a crash point, decided beforehand
//
// Promises:
//
//   - D1: a path leads to the same image again. If the image is decided on demand, this requires that recovery asks the
//     same questions.
//
//   - D2: if List says so, the images it returns are all images of the crash point; no two of them read the same. If there
//     are too many, they are a sample (faultfs.CrashPoint.Sample), for which nothing is claimed.
//
//   - D3: a target is assumed to repeat its questions until one of its recoveries does not. From then on every image is
//     decided beforehand, and what was explored until then is claimed as a sample only.
//
//   - D4: at a look that would need too many answers, a bounded path tries every subset of the operations with up to a
//     certain number of holes, except for subsets that lie between two that showed the same. Bound returns that number; a
//     search that had to leave out more than that is Short. The argument is in wide.go.
//
// A Path and a Lister belong to one goroutine at a time; only the engine's questions to a Path may come from several. Looks
// is safe for concurrent use.
package decide
