// Package openflag reads the flags of open(2) as Linux does. Package faultfs opens files by it.
//
//		how, errno := openflag.Parse(os.O_RDWR | os.O_CREATE)
//
//	 1. Access mode 3 (O_WRONLY|O_RDWR) asks for both permissions and gives a handle that can neither read nor write.
//	 2. O_EXCL means something only with O_CREATE, and O_CREATE with O_DIRECTORY is EINVAL.
//	 3. With O_PATH only O_DIRECTORY and O_NOFOLLOW count. O_TMPFILE is EOPNOTSUPP, as on a filesystem that has no files
//	    without a name.
//	 4. Flags that say how fast or how quietly something is done (O_DIRECT, O_NOATIME, O_CLOEXEC, O_NONBLOCK) do nothing, nor
//	    do bits that Linux does not know.
//
// Systems other than Linux lack some of the flags; they are never set there.
package openflag
