// Package livepage serves the page of a soak while the soak is running.
//
//	live.go    Live: what the page shows, and who is told when it changes
//	serve.go   the page and its stream of server-sent events
//
// Promises:
//
//   - L1: the page is rendered from the templates of package soaks, so the report that is saved when the soak has
//     ended shows the same.
//   - L2: only processes of this machine get an answer, and only under a name of the loopback interface. Other hosts
//     are refused, and so is a web page that has rebound its own name to 127.0.0.1.
//   - L3: nothing that the soak does waits for a reader. A reader that does not read is dropped; at most eight are
//     told of changes.
//   - L4: streams end when the soak does.
//
// The caller is the command soak.
package livepage
