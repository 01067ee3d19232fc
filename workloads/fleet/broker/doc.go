// Package broker is NATS as a fleet needs it: a server inside the coordinator's process, and connections to that or to another one.
//
//	server.go  Start: a server with JetStream, whose directory may be removed at any time
//	dial.go    Dial: a connection that comes back by itself
//	files.go   certificates and credentials, which come from files
//
// A server without TLS and without credentials listens on the loopback interface alone. Everybody else has to show a
// certificate that the authority of --ca has signed, and the credentials.
package broker
