// Package broker sets up NATS for a fleet: a server inside the coordinator's process, and connections to it or to another one.
//
//	server.go  Start: a server with JetStream, whose directory may be removed at any time
//	dial.go    Dial: a connection that reconnects by itself
//	files.go   certificates and credentials, which are read from files
//
// A server without TLS and credentials listens only on a loopback address. Beyond it, both are required: a client must present
// the credentials and a certificate signed by the authority of --ca.
package broker
