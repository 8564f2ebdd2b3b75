using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Appliance.Formats.Linux;

/// <summary>
/// Finds who signed an EFI program: where its certificates are, and the names in them. Nothing is verified here; the
/// client's firmware and shim do that. It only tells beforehand what they will refuse.
/// Sources: PE/COFF specification, "The Attribute Certificate Table"; RFC 5280 §4.1.2.4; X.520 commonName.
/// </summary>
public static class EfiSignature
{
    /// <summary>Most bytes of certificates that are looked at; a kernel's are 2 to 16 KiB.</summary>
    public const int MaxTableLength = 64 * 1024;

    private const int PeOffsetOffset = 0x3C;
    private const int CoffHeaderLength = 4 + 20;
    private const ushort Pe32Magic = 0x10B;
    private const ushort Pe32PlusMagic = 0x20B;
    private const int CertificateDirectory = 4;
    private const int DirectoryLength = 8;

    /// <summary>DER of the object identifier 2.5.4.3, before the string that is the name.</summary>
    private static ReadOnlySpan<byte> CommonName => [0x06, 0x03, 0x55, 0x04, 0x03];

    /// <summary>Where the certificate table is in the file; false when the program is not signed, or is no PE file.</summary>
    /// <param name="header">The start of the file, <see cref="KernelImage.HeaderLength"/> bytes of it.</param>
    public static bool TryFindTable(ReadOnlySpan<byte> header, out long offset, out int length)
    {
        offset = 0;
        length = 0;
        if (header.Length < PeOffsetOffset + 4 || !header.StartsWith("MZ"u8))
        {
            return false;
        }

        uint pe = BinaryPrimitives.ReadUInt32LittleEndian(header[PeOffsetOffset..]);
        if (pe > header.Length - CoffHeaderLength - 2 || !header[(int)pe..].StartsWith("PE\0\0"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> optional = header[((int)pe + CoffHeaderLength)..];
        int directories = BinaryPrimitives.ReadUInt16LittleEndian(optional) switch
        {
            Pe32Magic => 96,
            Pe32PlusMagic => 112,
            _ => int.MaxValue,
        };
        if (directories > optional.Length - ((CertificateDirectory + 1) * DirectoryLength))
        {
            return false;
        }

        // The one directory whose address is an offset in the file.
        ReadOnlySpan<byte> directory = optional[(directories + (CertificateDirectory * DirectoryLength))..];
        offset = BinaryPrimitives.ReadUInt32LittleEndian(directory);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(directory[4..]);
        length = (int)Math.Min(size, MaxTableLength);
        return offset != 0 && size != 0;
    }

    /// <summary>
    /// Every common name in the bytes, of issuers and subjects alike, each once: certificates are found wherever they are,
    /// so a whole shim may be given, which holds those that it trusts.
    /// </summary>
    public static ImmutableArray<string> ReadCommonNames(ReadOnlySpan<byte> bytes)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        for (int at = bytes.IndexOf(CommonName); at >= 0; at = bytes.IndexOf(CommonName))
        {
            bytes = bytes[(at + CommonName.Length)..];

            // UTF8String, PrintableString or T61String with a short length; other kinds are not used by signers.
            if (bytes.Length >= 2 && bytes[0] is 0x0C or 0x13 or 0x14 && bytes[1] < 0x80 && bytes.Length >= 2 + bytes[1])
            {
                string name = Encoding.UTF8.GetString(bytes.Slice(2, bytes[1]));
                if (!names.Contains(name))
                {
                    names.Add(name);
                }
            }
        }

        return names.ToImmutable();
    }
}
