// Package wire defines the messages of a fleet, their subjects and their limits. All messages are JSON.
//
//	subjects.go  subjects of messages     hello.go   Hello and Welcome, and the items of the queue
//	limits.go    decoding with limits     result.go  results of cells
//
// All messages are read by Decode. It refuses those that are too long, too deeply nested or too large before it allocates
// anything for them, and then calls the message's Validate.
package wire
