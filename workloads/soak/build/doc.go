// Package build says which binary this is. A campaign remembers on which build each finding was seen, and a fleet refuses workers of
// another build than its own. Callers are the commands of soaks and fleets.
package build
