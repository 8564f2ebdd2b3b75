using System.Net;
using System.Net.NetworkInformation;
using Appliance.Boot.AutoInstall;
using Appliance.Catalog;
using Appliance.Images;
using Appliance.Images.Injection;

namespace Appliance.Boot;

/// <summary>
/// What clients can fetch, by name: a table of published names, never a path in a file system. The TFTP and HTTP servers
/// ask here and nowhere else.
/// </summary>
/// <param name="next">What single machines start next; null for none.</param>
/// <param name="injections">The owner's files for initial RAM file systems; null for none.</param>
/// <param name="reports">Where reports of clients go; null for nowhere.</param>
public sealed class BootFiles(
    ImageLibrary library, LoaderFiles loaders, BootMenus menus, BootClients clients, NextBoots? next = null, Injections? injections = null,
    BootReports? reports = null)
{
    private readonly AnswerFiles _answers = new(library, menus, clients);

    /// <summary>
    /// Opens what <paramref name="path"/> names for this client. The path is decoded once, starts with one slash, holds
    /// no empty, <c>.</c> or <c>..</c> segment and no control character (<see cref="BootPath.TryNormalize"/>). Returns
    /// null when nothing of that name is published. The caller disposes the payload.
    /// </summary>
    /// <exception cref="NotPublishedException">Nothing of that name is published; the message tells the client why.</exception>
    /// <exception cref="IOException">It is published, but the medium cannot be read.</exception>
    public Payload? TryOpen(string path, IPAddress client, BootProtocol protocol)
    {
        return path switch
        {
            // Whoever comes by TFTP may have no HTTP, and could not go where the dispatch script sends it.
            "/menu.ipxe" when protocol is BootProtocol.Tftp && clients.Find(client) is { } known =>
                menus.OpenIpxe(new ClientMachine(known.Firmware), TakeNext(client), known.Mac, client),
            "/menu.ipxe" => menus.OpenDispatch(client),
            "/autoexec.ipxe" => menus.OpenAutoexec(client),
            "/grub/grub.cfg" => menus.OpenGrubDispatch(client),
            "/grub/menu-x86_64.cfg" => menus.OpenGrub(ClientFirmware.UefiX64, TakeNext(client), MacOf(client), client),
            "/grub/menu-arm64.cfg" => menus.OpenGrub(ClientFirmware.UefiArm64, TakeNext(client), MacOf(client), client),
            "/grub/secure-x86_64.cfg" => menus.OpenSecureGrub(ClientFirmware.UefiX64, loaders.TrustedSigners, TakeNext(client), MacOf(client), client),
            "/grub/secure-arm64.cfg" => menus.OpenSecureGrub(ClientFirmware.UefiArm64, loaders.TrustedSigners, TakeNext(client), MacOf(client), client),
            _ when path.StartsWith("/menu/", StringComparison.Ordinal) => TryOpenMenu(path["/menu/".Length..], client),
            _ when path.StartsWith("/isos/", StringComparison.Ordinal) => TryOpenImage(path["/isos/".Length..]),
            _ when path.StartsWith("/boot/", StringComparison.Ordinal) => TryOpenInside(path["/boot/".Length..]),
            _ when path.StartsWith(InjectedPlan.Folder, StringComparison.Ordinal) => TryOpenInjected(path[InjectedPlan.Folder.Length..]),
            _ when path.StartsWith(AnswerFiles.Folder, StringComparison.Ordinal) => _answers.TryOpen(path[AnswerFiles.Folder.Length..], client),
            _ when protocol == BootProtocol.Http && path.StartsWith("/slim/", StringComparison.Ordinal) =>
                TryOpenSlim(path["/slim/".Length..]),

            _ when path.StartsWith("/esxi/", StringComparison.Ordinal) => EsxiFiles.TryOpen(path, library.Current, menus.Server),

            // By HTTP only: whoever has a connection has the address that it reports from.
            _ when protocol == BootProtocol.Http && BootReports.IsReport(path) => TryReport(path, client),
            _ => loaders.TryOpen(path) ?? (BoardPath.Common(path) is { } common ? loaders.TryOpen(common) : null),
        };
    }

    /// <summary>The menu for the machine that iPXE describes (<see cref="ClientMachine.TryParse"/>).</summary>
    private Payload? TryOpenMenu(string name, IPAddress client)
    {
        const string Extension = ".ipxe";
        const string Search = "search";
        if (!name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        return name[..^Extension.Length].Split('/') switch
        {
            [var words] when ClientMachine.TryParse(words) is { } machine => menus.OpenIpxe(machine, TakeNext(client), MacOf(client), client),
            [var words, Search, var query] when query.Length <= MenuSearch.MaximumQuery && ClientMachine.TryParse(words) is { } machine =>
                menus.OpenFound(machine, query, MacOf(client), client),
            _ => null,
        };
    }

    private Payload? TryReport(string path, IPAddress client) => reports?.TryTake(path, client) == true
        ? Payload.FromMemory(BootReports.Answer.ToArray(), DateTimeOffset.UnixEpoch, MediaType.Text)
        : null;

    /// <summary>
    /// What was set for the machine at this address, which is used up: a menu counts as shown when it is fetched, and loaders
    /// fetch theirs once.
    /// </summary>
    private string? TakeNext(IPAddress client) => next is not null && MacOf(client) is { } mac ? next.Take(mac) : null;

    private PhysicalAddress? MacOf(IPAddress client) => clients.Find(client)?.Mac;

    private Payload? TryOpenImage(string path) =>
        library.Current.TryFindByFile(path, out LibraryImage? image) ? image.OpenImage() : null;

    /// <summary>A file inside an image: <c>{image}/{path}</c>.</summary>
    private Payload? TryOpenInside(string path) =>
        library.Current.TrySplit(path, out LibraryImage? image, out string inside) ? image.OpenFile(inside) : null;

    /// <summary>The owner's files for an image: <c>{image}/injected.cpio</c> for all, <c>{image}/{path}</c> for one.</summary>
    private Payload? TryOpenInjected(string path) =>
        injections is null || !library.Current.TrySplit(path, out LibraryImage? image, out string inside) ? null
        : inside == InjectedPlan.Archive ? injections.OpenArchive(image)
        : injections.OpenFile(image, inside);

    /// <summary>The slim form of an image: <c>{image}.iso</c>. By HTTP only: it is too long for TFTP's block numbers.</summary>
    private Payload? TryOpenSlim(string name)
    {
        const string Extension = ".iso";
        if (!name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
            || !library.Current.TryFind(name[..^Extension.Length], out LibraryImage? image))
        {
            return null;
        }

        return image.TryFindSlim(out SlimImage? slim, out string? reason)
            ? image.OpenSlim(slim)
            : throw new NotPublishedException($"This image has no slim form: {reason}.");
    }
}
