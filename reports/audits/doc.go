// Package audits writes what is not durable at acknowledgements (package hints), as text and as JSON. Plain data in, bytes out;
// its callers are the command run, and package programs for the command exec.
package audits
