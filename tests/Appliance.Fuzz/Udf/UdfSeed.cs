using Appliance.Formats.Tests.Udf;
using static Appliance.Formats.Tests.Udf.HandMadeUdf;

namespace Appliance.Fuzz.Udf;

/// <summary>A small image with all of UDF in it, to be damaged: all forms, a chain, a hole, a link, a deep tree.</summary>
internal static class UdfSeed
{
    public static byte[] Make(UdfLayout layout)
    {
        var udf = new HandMadeUdf(layout);
        byte[] content = [.. Enumerable.Range(0, 5000).Select(static i => (byte)i)];
        byte[] target = LinkTo((3, ""), (5, "boot"));
        byte[] chain = udf.AddContinuation(Long(100, 90, 0), udf.AddContinuation(Long(100, 90, 0)));
        byte[] extents = [.. Long(BlockSize, 90, 0, type: 2), .. chain];
        uint deep = udf.AddDirectory(udf.Identifier("deep.txt", udf.AddFile([1, 2, 3])));
        for (int level = 0; level < 4; level++)
        {
            deep = udf.AddDirectory(udf.Identifier($"level{level}", deep, characteristics: 2));
        }

        udf.WriteRoot(
            udf.Identifier("short", udf.AddFile(content, ShortForm, 2)),
            udf.Identifier("long", udf.AddFile(content, LongForm, 2, extended: true)),
            udf.Identifier("extended", udf.AddFile(content, ExtendedForm)),
            udf.Identifier("日本語", udf.AddFile([1], EmbeddedForm)),
            udf.Identifier("link", udf.AddEntry(LinkType, EmbeddedForm, target, target.Length)),
            udf.Identifier("sparse", udf.AddEntry(FileType, LongForm, extents, BlockSize + 200)),
            udf.Identifier("boot", deep, characteristics: 2));
        return udf.Bytes;
    }
}
