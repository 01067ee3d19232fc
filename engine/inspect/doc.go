// Package inspect shows what is in the files of a store, one file at a time: tables, logs, manifests and blob files,
// even of a store that does not open. It changes nothing and takes no lock, so the files of an open store may change
// while it reads them.
//
// Package engine forwards InspectTable, InspectLog, InspectManifest, InspectBlobFile and StoreFiles to this package.
// Every function takes the filesystem, which must not be nil. [CheckFiles] is what engine.VerifyDir does with a store
// that does not open.
//
// Damage is reported as engine.ErrCorrupt or, for a log or manifest, in the field Damage of the result. Whatever can be
// read despite the damage is still shown. A file written by a newer engine is engine.ErrVersion, and one with the name
// of another kind of file engine.ErrNotADatabase.
package inspect
