// Command calibrate compares the crash model with the filesystems of the running kernel: it runs the litmus programs on
// ext4, XFS and btrfs, cuts the power, and checks that what is left is allowed by the model. It needs Linux and root.
//
//	cd faultfs/calibrate                          # a module of its own
//	go run ./cmd                                  # everything, a few minutes
//	go run ./cmd -fs xfs,btrfs -program L03,L14   # a part of it
//	go run ./cmd -keep DIR                        # save the disks whose outcome is not allowed
//
// The exit code is 0 if every outcome seen is allowed, 1 if one is not, and 2 if the command could not go on. If it
// cannot run at all, it says why and what to install, and exits with 0.
package main
