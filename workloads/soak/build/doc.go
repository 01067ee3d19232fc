// Package build identifies the running binary. A campaign records the build on which each finding was seen, and a fleet refuses
// workers of a different build. Callers: the soak and fleet commands.
package build
