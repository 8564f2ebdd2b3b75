using System.Buffers.Binary;
using Appliance.Formats.Nbd;

namespace Appliance.Fuzz.Nbd;

public sealed class NbdFuzz
{
    private const int Cases = 50_000;

    [Fact]
    public void Damaged_option_heads_end_in_a_head_or_a_reason()
    {
        byte[] head = new byte[NbdOptionHeader.Length];
        BinaryPrimitives.WriteUInt64BigEndian(head, NbdOptionHeader.Magic);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), 7);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(12), 20);
        var mutator = new ByteMutator(head);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] bytes = mutator.Mutate(seed);
            bool parsed = NbdOptionHeader.TryParse(bytes, out NbdOptionHeader header, out string? reason);
            Assert.Equal(parsed, reason is null);
            Assert.True(!parsed || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12)) == header.DataLength);
        });
    }

    [Fact]
    public void Damaged_information_requests_end_in_a_name_inside_them_or_a_reason()
    {
        var mutator = new ByteMutator([0, 0, 0, 9, .. "debian-12"u8, 0, 2, 0, 0, 0, 3], [0, 0, 0, 0, 0, 0]);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] data = mutator.Mutate(seed);
            bool parsed = NbdInfoRequest.TryParse(data, out NbdInfoRequest request, out string? reason);
            Assert.Equal(parsed, reason is null);
            if (parsed)
            {
                Assert.True(data.AsSpan(4).StartsWith(request.Name));
                _ = request.Wants(NbdInfoType.BlockSize);
            }
        });
    }

    [Fact]
    public void Damaged_requests_end_in_what_they_say_or_a_reason()
    {
        byte[] request = new byte[NbdRequest.Length];
        BinaryPrimitives.WriteUInt32BigEndian(request, NbdRequest.Magic);
        BinaryPrimitives.WriteUInt64BigEndian(request.AsSpan(16), 1UL << 32);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(24), 65536);
        var mutator = new ByteMutator(request);
        FuzzCases.Run(Cases, seed =>
        {
            byte[] bytes = mutator.Mutate(seed);
            bool parsed = NbdRequest.TryParse(bytes, out NbdRequest read, out string? reason);
            Assert.Equal(parsed, reason is null);
            Assert.True(!parsed || BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(16)) == read.Offset);
        });
    }
}
