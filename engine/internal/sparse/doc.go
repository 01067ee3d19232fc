// Package sparse reads large parts of files whose size cannot be trusted. A file may have holes and so claim far more
// bytes than were ever written; memory is used only for what is not zero. All functions are safe for concurrent use.
package sparse
