using System.Buffers.Binary;
using System.Text;
using Appliance.Formats.Disk;

namespace Appliance.Formats.Update;

/// <summary>
/// What U-Boot remembers between boots, in a file or an area of fixed length (U-Boot, include/env_internal.h, struct
/// environment_s without the flag of redundant copies).
/// <code>0 CRC-32 of the rest, little-endian (4) | 4 name=value NUL ... NUL | zeros to the end</code>
/// </summary>
public static class UBootEnvironment
{
    private const int DataOffset = sizeof(uint);

    /// <summary>Reads all variables; U-Boot itself takes its defaults when the sum is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> environment, out SortedDictionary<string, string> variables, out string? reason)
    {
        variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (environment.Length <= DataOffset || BinaryPrimitives.ReadUInt32LittleEndian(environment) != Sum(environment))
        {
            reason = "is no U-Boot environment, or its sum is wrong";
            return false;
        }

        foreach (string entry in Encoding.Latin1.GetString(environment[DataOffset..]).Split('\0'))
        {
            if (entry.Length == 0)
            {
                break;
            }

            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[entry[..equals]] = entry[(equals + 1)..];
            }
        }

        reason = null;
        return true;
    }

    /// <param name="length">Of the whole, in bytes: what the loader was compiled with.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public static byte[] Write(IReadOnlyDictionary<string, string> variables, int length)
    {
        string text = string.Concat(variables.Select(static variable => $"{variable.Key}={variable.Value}\0"));
        // One more NUL ends the list.
        if (DataOffset + text.Length + 1 > length)
        {
            throw new ArgumentException($"{text.Length} bytes do not fit into {length}", nameof(variables));
        }

        byte[] environment = new byte[length];
        Encoding.Latin1.GetBytes(text, environment.AsSpan(DataOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(environment, Sum(environment));
        return environment;
    }

    private static uint Sum(ReadOnlySpan<byte> environment) => Crc32.End(Crc32.Continue(Crc32.Start, environment[DataOffset..]));
}
