#pragma once

#include <cstdint>
#include <system_error>

namespace syncgap {

/// Locks on single bytes of an open file, by fcntl's F_OFD_SETLK: the one kind of lock of this
/// program, so that a site's file system has one demand to meet. Not flock, which can neither be
/// asked who holds it nor cover bytes one by one, and which NFS turns into these anyway; not the
/// older POSIX locks, which a process loses when it closes any descriptor of the file. They belong
/// to the open file: closing it, or dying, gives them back.
enum class LockKind { shared, exclusive };

/// True if the lock was taken, false if somebody else has it. An exclusive lock needs a file open
/// for writing. Throws std::system_error for all else.
bool try_lock(int descriptor, LockKind kind, std::int64_t byte);

/// True if somebody else holds this byte for himself. False where there are no locks.
bool is_locked(int descriptor, std::int64_t byte);

/// True if an error of try_lock says that this file system has no locks at all.
bool means_no_locks(const std::error_code& code);

}  // namespace syncgap
