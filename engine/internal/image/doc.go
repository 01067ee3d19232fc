// Package image represents a store at one instant as files: what a checkpoint links or copies and a backup stores.
//
// The tables and blob files of an image are files of the store, which are kept as long as the image is open and never
// change. Its logs, manifest and marker are made anew, so that they are checked on the way. Whoever copies an image
// writes everything but the marker, makes that durable, and then writes the marker, which makes the copy a store:
// [Publish].
//
// Package engine takes images (checkpoint.go) and releases what they hold. An Image is used by one goroutine.
package image
