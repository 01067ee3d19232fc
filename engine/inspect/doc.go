// Package inspect shows what is in the files of a store, one file at a time: tables, logs, manifests and blob files, also
// of a store that does not open. It changes nothing and takes no lock, so the files of a store that is open may change
// under it.
//
// Package engine forwards InspectTable, InspectLog, InspectManifest, InspectBlobFile and StoreFiles to it. Every function
// here takes the filesystem, which must not be nil. [CheckFiles] is what engine.VerifyDir does with a store that does
// not open.
//
// Damage is engine.ErrCorrupt or, of a log or manifest, the field Damage of what is returned; what can be read beside the
// damage is shown all the same. A file that a newer engine wrote is engine.ErrVersion, and one with the name of another
// kind of file engine.ErrNotADatabase.
package inspect
