// Package livepage serves the page of a soak while the soak goes on.
//
//	live.go    Live: what the page shows, and who is told when it changes
//	serve.go   the page and its stream of server-sent events
//
// Promises:
//
//   - L1: the page is that of package soaks, from the same templates: when the soak has ended, its saved report shows the same.
//   - L2: only processes of this machine get an answer, and only under a name of the loopback: other hosts are refused, and so is a
//     web page that has bent its own name to 127.0.0.1.
//   - L3: nothing that the soak does waits for a reader. A reader who does not read is dropped; at most eight are told of changes.
//   - L4: streams end when the soak does.
//
// The caller is the command soak.
package livepage
