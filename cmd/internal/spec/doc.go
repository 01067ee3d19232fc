// Package spec has the flags that say what is tortured, which run and soak share.
package spec
