// Package targets is the folder of the adapters that put an engine behind the lab's interface. It exports nothing.
//
//   - lightning is part of the module of the lab, as is what adapters share: serial, and the suite targettest that each
//     of them must pass.
//   - badger, bbolt, goleveldb, pebble, pogreb and raftwal are modules of their own. Each requires the oldest version of its engine that
//     the adapter compiles with. So whoever imports one of them tests the version in their own go.mod, and whoever
//     imports none has none of the engines in their module graph. The tests of this package check both.
//   - programs has released programs that exec tortures as they are, with what checks them. Those in programs/embedded are around
//     Go stores that use the operating system's filesystem, in one more module, which imports nothing of the lab.
//   - bench is a command in a module of its own: lightning-torture with the newest version of every engine, to measure
//     them against each other.
//
// What such an engine sees as its filesystem is a package of its own, below its target, which the author of another store on
// the same interface can import or copy: pebble/vfs, goleveldb/storage, pogreb/fs and raftwal/vfs. They are made of faultfs/osfs, the shape
// of package os, which serves engines with a small interface of that shape as it is. badger and bbolt map their files into
// memory, which no afero.Fs can offer: they are measured, and not tortured.
//
// The names of targets are unique. They stand in reports and replay tokens, and are never given to another engine.
package targets
