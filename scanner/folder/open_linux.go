package folder

import (
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// networks are the magic numbers of file systems that answer for other machines
// and know nothing of their writers (statfs(2)).
var networks = []int64{0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x65735546, 0x01021997} // NFS, SMB, SMB2, CIFS, FUSE, 9P

// writtenTo reports whether a program on this machine has the file open for
// writing: then the kernel refuses a read lease on it (fcntl(2)). It reports
// false when that cannot be known.
func writtenTo(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var system unix.Statfs_t
	if unix.Fstatfs(int(file.Fd()), &system) != nil || slices.Contains(networks, int64(system.Type)) { //nolint:unconvert // its size differs
		return false
	}
	_, err = unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if err == nil {
		_, _ = unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_UNLCK) // closing gives it back as well
	}
	return errors.Is(err, unix.EAGAIN)
}
