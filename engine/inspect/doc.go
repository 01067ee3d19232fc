// Package inspect shows what is in the files of a store, one file at a time: tables, logs, manifests and blob files,
// even of a store that does not open. It changes nothing and takes no lock, so the files of an open store may change
// under it.
//
// Package engine forwards InspectTable, InspectLog, InspectManifest, InspectBlobFile and StoreFiles to it. Every function
// here takes the filesystem, which must not be nil. [CheckFiles] is what engine.VerifyDir does with a store that does
// not open.
//
// Damage is engine.ErrCorrupt or, for a log or manifest, the field Damage of the result. What can be read besides the
// damage is still shown. A file that a newer engine wrote is engine.ErrVersion, and one with the name of another kind
// of file engine.ErrNotADatabase.
package inspect
