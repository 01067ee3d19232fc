// Package targets is the folder of the adapters that put an engine behind the lab's interface. It exports nothing.
//
//   - lightning is part of the lab's module, and so is what the adapters share: serial, and the suite targettest that
//     each of them must pass.
//   - badger, bbolt, goleveldb, pebble, pogreb, raftwal and sqlite are modules of their own. Each requires an early version
//     of its engine with which the adapter compiles. So whoever imports one of them tests the version in their own
//     go.mod, and whoever imports none has none of the engines in their module graph. The tests of this package check
//     both.
//   - programs has scripts that run released programs unchanged under exec and check them. Those in programs/embedded
//     wrap Go stores that use the operating system's filesystem, in one more module, which imports nothing of the lab.
//   - bench is a command in a module of its own: lightning-torture with the newest version of every engine, to compare
//     their speed.
//
// The filesystem that such an engine sees is a package of its own below its target: pebble/vfs, goleveldb/storage,
// pogreb/fs, raftwal/vfs and sqlite/vfs. The author of another store with the same interface can import or copy it. They are built
// on faultfs/osfs, which has the shape of package os and suits engines with a small interface of that shape directly.
// badger and bbolt map their files into memory, which no afero.Fs can offer: they are benchmarked but not tortured.
//
// The names of targets are unique. They appear in reports and replay tokens, and are never reused for another engine.
package targets
