using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Velox.OrderBook;

namespace Velox.BookVm;

/// <summary>Where the code of <see cref="NextMatch"/> finds things: addresses of the host's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NextMatchTable
{
    /// <summary>The market's slab.</summary>
    internal byte* Header;

    /// <summary>Where the level of number 0 would be.</summary>
    internal byte* Levels;

    /// <summary>Where the order of link 0 would be.</summary>
    internal byte* Orders;

    /// <summary>Where the block of link 0 would be.</summary>
    internal byte* Blocks;

    /// <summary>Blocks that there are; 0 for a table that nothing is found with.</summary>
    internal ulong BlockCapacity;

    internal static NextMatchTable Of(byte* slab, bool findsAny)
    {
        MarketHeader* header = (MarketHeader*)slab;
        (uint blocks, uint seats) = (header->BlockCapacity, header->SeatCapacity);
        return new NextMatchTable
        {
            Header = slab,
            Levels = slab + MarketLayout.LevelOffset(blocks, seats) - (MarketLayout.BlockTicks * MarketLayout.LevelBytes),
            Orders = slab + MarketLayout.OrderOffset(blocks, seats) - MarketLayout.OrderBytes,
            Blocks = slab + MarketLayout.BlockOffset(seats) - MarketLayout.BlockBytes,
            BlockCapacity = findsAny ? blocks : 0,
        };
    }
}

/// <summary>
/// Speculation in native code: an order that crosses the book will most likely match the first order of the best level and leave
/// the next level as the best. The first orders of both are fetched while the call of the market goes on.
/// </summary>
/// <remarks>
/// <para>The guard is the best level: where the limit does not reach it, nothing is fetched. The book's version need not be looked
/// at, since the run that executes this is the book's only writer. Nothing changes but caches, so what follows is the exact path,
/// whatever was found. The further orders of a level need no such help: each is written when the one before it leaves.</para>
/// <para>Unsafe: a level's number comes from the slab. It is compared with the capacity before anything is read by it, so all
/// reads are inside the slab; orders are fetched from and not read, which no address makes a fault.</para>
/// </remarks>
internal static class NextMatch
{
    internal static bool IsSupported => Avx.IsSupported && Bmi1.X64.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported;

    /// <summary>
    /// x86-64 code. Takes the address of a <see cref="NextMatchTable"/> in rcx, an order's side in the lowest bit of r2 (rsi)
    /// and its limit in r3 (r8). Where the order crosses it fetches the first order of the best level, and leaves in rdx the
    /// address of that of the next one; else, and where the best level's block has no other, the address of the table.
    /// </summary>
    internal static ReadOnlySpan<byte> Find =>
    [
        0xc4, 0xe1, 0xf9, 0x6e, 0xc0,         // vmovq xmm0,rax
        0xc4, 0xc1, 0xf9, 0x6e, 0xca,         // vmovq xmm1,r10
        0x89, 0xf0,                           // mov eax,esi             ; the order's side, 0 or 1
        0x83, 0xe0, 0x01,                     // and eax,1
        0x4c, 0x8d, 0x14, 0x40,               // lea r10,[rax+rax*2]     ; 24 bytes a side of the book
        0x49, 0xc1, 0xe2, 0x03,               // shl r10,3
        0x48, 0x8b, 0x11,                     // mov rdx,[rcx]
        0x4c, 0x29, 0xd2,                     // sub rdx,r10
        0x48, 0xf7, 0xd8,                     // neg rax                 ; of an ask all bits are turned, which turns the order of prices
        0x4d, 0x89, 0xc2,                     // mov r10,r8
        0x49, 0x31, 0xc2,                     // xor r10,rax
        0x48, 0x33, 0x42, 0x68,               // xor rax,[rdx+104]       ; the best price it could match
        0x49, 0x39, 0xc2,                     // cmp r10,rax
        0x0f, 0x82, 0x83, 0x00, 0x00, 0x00,   // jb none                 ; it does not
        0x8b, 0x42, 0x70,                     // mov eax,[rdx+112]       ; the number of that level
        0x89, 0xc2,                           // mov edx,eax
        0xc1, 0xea, 0x06,                     // shr edx,6
        0xff, 0xca,                           // dec edx
        0x3b, 0x51, 0x20,                     // cmp edx,[rcx+32]        ; also of an empty side: number 0
        0x73, 0x74,                           // jae none
        0x4c, 0x8d, 0x14, 0x40,               // lea r10,[rax+rax*2]
        0x48, 0x8b, 0x51, 0x08,               // mov rdx,[rcx+8]
        0x46, 0x8b, 0x54, 0xd2, 0x08,         // mov r10d,[rdx+r10*8+8]  ; its first order, 24 bytes a level
        0x49, 0xc1, 0xe2, 0x06,               // shl r10,6
        0x4c, 0x03, 0x51, 0x10,               // add r10,[rcx+16]
        0x41, 0x0f, 0x18, 0x0a,               // prefetcht0 [r10]
        0x89, 0xc2,                           // mov edx,eax
        0x83, 0xe2, 0xc0,                     // and edx,-64
        0x48, 0x03, 0x51, 0x18,               // add rdx,[rcx+24]        ; its block
        0x48, 0x8b, 0x52, 0x08,               // mov rdx,[rdx+8]         ; which prices have orders
        0xf7, 0xc6, 0x01, 0x00, 0x00, 0x00,   // test esi,1
        0x75, 0x15,                           // jne bids
        0xc4, 0xe2, 0xfb, 0xf7, 0xd2,         // shrx rdx,rdx,rax        ; asks: the next bit above its own
        0x48, 0x83, 0xe2, 0xfe,               // and rdx,-2
        0x74, 0x3b,                           // je none
        0xf3, 0x48, 0x0f, 0xbc, 0xd2,         // tzcnt rdx,rdx
        0x48, 0x01, 0xd0,                     // add rax,rdx
        0xeb, 0x1b,                           // jmp found
        0x49, 0x89, 0xc2,                     // mov r10,rax
        0x49, 0xf7, 0xd2,                     // not r10                 ; bids: the next bit below its own
        0xc4, 0xe2, 0xa9, 0xf7, 0xd2,         // shlx rdx,rdx,r10
        0x48, 0x01, 0xd2,                     // add rdx,rdx
        0x74, 0x21,                           // je none
        0xf3, 0x48, 0x0f, 0xbd, 0xd2,         // lzcnt rdx,rdx
        0x48, 0xf7, 0xd2,                     // not rdx
        0x48, 0x01, 0xd0,                     // add rax,rdx
        0x48, 0x8d, 0x04, 0x40,               // lea rax,[rax+rax*2]     ; the first order of that level
        0x48, 0x8b, 0x51, 0x08,               // mov rdx,[rcx+8]
        0x8b, 0x54, 0xc2, 0x08,               // mov edx,[rdx+rax*8+8]
        0x48, 0xc1, 0xe2, 0x06,               // shl rdx,6
        0x48, 0x03, 0x51, 0x10,               // add rdx,[rcx+16]
        0xeb, 0x03,                           // jmp restore
        0x48, 0x89, 0xca,                     // mov rdx,rcx             ; none: something that is in the cache
        0xc4, 0xe1, 0xf9, 0x7e, 0xc0,         // vmovq rax,xmm0
        0xc4, 0xc1, 0xf9, 0x7e, 0xca,         // vmovq r10,xmm1
    ];

    /// <summary>x86-64 code: fetches the line at rdx.</summary>
    internal static ReadOnlySpan<byte> Fetch => [0x0f, 0x18, 0x0a]; // prefetcht0 [rdx]
}
