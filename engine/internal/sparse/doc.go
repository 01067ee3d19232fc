// Package sparse reads large parts of files whose size somebody else chose. A file may have holes and so claim far more
// bytes than anybody wrote; memory is taken for what is not zero only. It may be used by any number of goroutines.
package sparse
