// Package openflag interprets the flags of open(2) as Linux does. Package faultfs uses it to open files.
//
//	how, errno := openflag.Parse(os.O_RDWR | os.O_CREATE)
//
// These rules are easily overlooked:
//
//  1. Access mode 3 (O_WRONLY|O_RDWR) requires both permissions and gives a handle that can neither read nor write.
//  2. O_EXCL has a meaning only with O_CREATE. O_CREATE with O_DIRECTORY is EINVAL.
//  3. With O_PATH only O_DIRECTORY and O_NOFOLLOW matter. O_TMPFILE is EOPNOTSUPP, as on a filesystem without unnamed
//     files.
//  4. Flags about how fast or how quietly something is done (O_DIRECT, O_NOATIME, O_CLOEXEC, O_NONBLOCK) have no
//     effect, nor do bits that Linux does not know.
//
// Systems other than Linux lack some of the flags; there they are never set.
package openflag
