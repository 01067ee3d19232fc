//go:build !linux

package main

import "fmt"

func main() { fmt.Println("calibrate: skipped: needs Linux to mount disks") }
