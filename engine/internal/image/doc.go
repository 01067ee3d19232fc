// Package image represents a store at one instant as a set of files: what a checkpoint links or copies and a backup
// stores.
//
// The tables and blob files of an image are the store's own files. They are kept as long as the image is open and never
// change. Its logs, manifest and marker are written anew, which also verifies their content. To copy an image, write
// everything but the marker, make that durable, and then write the marker, which turns the copy into a store:
// [Publish].
//
// Package engine takes images (checkpoint.go) and releases what they hold. An Image must be used by one goroutine.
package image
