// Package spec has the flags that say what to torture. The commands run and soak share them.
package spec
