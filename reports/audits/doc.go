// Package audits reports what is not yet durable at acknowledgements (package hints) as text and JSON. Plain data in, bytes
// out. Callers: the command run, and package programs for the command exec.
package audits
