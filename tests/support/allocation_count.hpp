// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <new>

/// Counts what a thread takes from the free store. Replaces the program's operators: include it in one source
/// file of a program only. Optimisation can only remove allocations, so a debug build decides.
namespace postern::test {

inline thread_local std::size_t allocation_count = 0;

}  // namespace postern::test

void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++postern::test::allocation_count;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size)
{
    if (void* const memory = operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size)
{
    return operator new(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept
{
    return operator new(size, tag);
}
void operator delete(void* memory) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept
{
    std::free(memory);
}
